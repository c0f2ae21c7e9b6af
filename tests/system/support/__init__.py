"""What the system tests stand on: a node, back ends, clients. Everything started here is ended here, by its own pid."""
