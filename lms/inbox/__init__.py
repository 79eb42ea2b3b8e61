"""What people are told: the in-app inbox, reminders in their own hours, and stopping them with one tap."""
