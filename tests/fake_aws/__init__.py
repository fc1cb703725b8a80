"""A fake AWS: serves a capture folder (docs/capture.md) through the protocols of botocore's service models, as if it were the live organization."""
