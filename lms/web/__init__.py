"""How pages are made: routes, rendering, forms, menu, panels, errors, security headers, language."""
