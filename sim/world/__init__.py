"""Everything that lives in simulated time; the only room that imports simpy, faker and networkx."""
