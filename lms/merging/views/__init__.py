"""Pages of officers who see to it that a person is here once."""
