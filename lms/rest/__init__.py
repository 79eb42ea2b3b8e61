"""The REST API's frame: operations are values; the OpenAPI document is made from them."""
