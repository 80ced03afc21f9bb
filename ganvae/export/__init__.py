"""A model's networks as ONNX files, for whoever runs them without PyTorch."""
