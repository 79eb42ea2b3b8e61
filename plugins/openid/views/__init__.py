"""Going to a provider and coming back; what a provider says behind the browser's back."""
