"""Takes orders over HTTP and keeps them as they came."""
