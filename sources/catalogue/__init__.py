"""The dataset in the words of data catalogues and search engines: DCAT 3 and schema.org, both as JSON-LD."""
