"""The `gaussian_copula` member: marginals joined by one normal copula."""
