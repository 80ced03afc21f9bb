"""From a picture to a z that a generator draws it from."""
