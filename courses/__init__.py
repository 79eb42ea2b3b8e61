"""Short lessons: authored, published, delivered."""
