"""A sample of an app's request log: read once, then asked. Of its values only counts, figures and
known words leave this package."""
