"""App discovery policies and their 15 templates; the alerts of both portals and their lifecycle."""
