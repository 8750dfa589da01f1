"""Where keys are kept: one file for each kind of store, each with `read(reference, its settings,
door) -> str`, which raises SecretFault."""
