"""The machinery of the plugin contract: extension points, the registry, discovery."""
