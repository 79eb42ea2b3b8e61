"""Open Badges 3.0 for papers: signed so that programs which others wrote can check them."""
