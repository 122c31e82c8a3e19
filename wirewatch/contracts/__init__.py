"""The documents that others rely on: JSON Schemas, AsyncAPI, OpenAPI, settings.

The running program never imports this package.

::

    generate          writes all of them (`make docs`)      baseline        what consumers rely on
    asyncapi          the streams, for consumers            schema_compat   which changes break them
    stream_texts      its titles and header descriptions    examples        one record of each kind
    settings_page     every setting, and .env.example
"""
