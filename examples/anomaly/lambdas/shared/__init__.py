"""What training and detection agree on."""
