"""What the program promises to others, as documents: schemas, AsyncAPI, OpenAPI, settings."""
