"""What the service is compared with, each serving the same facts in the same nesting, as its own users would tune it."""
