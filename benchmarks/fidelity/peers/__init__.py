"""One adapter a peer: a script that runs in the peer's own environment and knows nothing of Headwater."""
