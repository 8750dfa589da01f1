"""Machine checks: pure functions from a target to a finding. No model, no setting, no database."""
