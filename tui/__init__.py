"""The terminal front end: it draws views and sends commands, and holds no rule of the product.

Only this package imports textual.
"""
