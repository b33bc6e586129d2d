"""What a team's files leave out and its release needs: added to the copies that are released, never to the files."""
