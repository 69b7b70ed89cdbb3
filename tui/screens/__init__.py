"""The screens of play: each draws views of a session and sends commands; none holds a rule."""
