"""The measured comparison of the service with the limit of its server and with its peers. `make bench` runs it."""
