"""The demo on MySQL and MariaDB: a shop with mistakes of their own, on an unpacked server that is thrown away."""
