"""What the product costs, beside what the same work costs at the least; docs/benchmarks.md."""
