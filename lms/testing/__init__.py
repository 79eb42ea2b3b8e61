"""A pytest plugin for us and for plugin authors: application, page client, signed-in people."""
