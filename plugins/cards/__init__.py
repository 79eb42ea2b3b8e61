"""Ways in without telephone, e-mail or reading: cards with picture PINs, helpers, classes on one device."""
