"""What tests need: small images, a registry over HTTP, a whole world of fakes."""
