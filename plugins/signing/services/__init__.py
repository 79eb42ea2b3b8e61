"""What is written: papers that wait for a signature, batches that were approved, files that were signed."""
