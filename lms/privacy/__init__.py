"""What the law on personal data gives to people: to agree, to see, to correct, to take along, to be forgotten."""
