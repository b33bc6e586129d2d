"""What an environment of the rehearsal has before its first deployment: made-up members, users, a bucket."""
