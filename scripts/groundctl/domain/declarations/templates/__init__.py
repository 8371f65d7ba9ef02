"""What a worker task template may contain: the lists, and the readers that hold a template against them."""
