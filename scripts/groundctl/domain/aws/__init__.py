"""Facts about AWS: Regions, prices, names, keys."""
