"""Several processes that serve as one: a parent that listens to nobody, and workers, each of which is a whole server.

The parent has the ports and the embedded PostgreSQL, begins the workers, and begins another one when one is lost.
Nothing is imported here: a worker has to know by which number it counts before anything is declared that counts.
"""
