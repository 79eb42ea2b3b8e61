"""Tell in the transaction, deliver at least once after commit by leases, retry, give up loudly."""
