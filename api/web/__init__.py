"""The review map as the browser gets it: what `npm run build` leaves in ``built/``."""
