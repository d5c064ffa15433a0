"""Signing in elsewhere: OpenID Connect, the authorization code with PKCE and nothing else."""
