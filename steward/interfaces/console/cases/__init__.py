"""Cases of after-sales: the list, one case, opening, receiving and inspecting on a phone."""
