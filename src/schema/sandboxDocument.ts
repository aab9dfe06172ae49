/** Ready operations for Apollo Sandbox, on the items that development starts with. */
export const sandboxDocument = `# Inventory hub. Press the button beside an operation to run it.
# The ids are those of the demo items, a shirt and a mug.

# All items, a page at a time.
query Items {
  inventoryItems(first: 20) {
    totalCount
    nodes {
      id
      name
      sku
      quantity
      available
      availabilityStatus
      location { name isDefault }
    }
    pageInfo { hasNextPage endCursor }
  }
}

# Shirts came in and a mug broke. Run it again: its key is known, nothing moves. Another key moves.
mutation Adjust {
  inventoryAdjustQuantities(
    input: {
      reason: CORRECTION
      changes: [
        { itemId: "d4d1a85e-32e6-55e6-8f64-05e56e0dc487", delta: 12, compareQuantity: null }
        { itemId: "4ecd6d4c-8224-57cd-af8c-970efa64bf14", delta: -1, compareQuantity: null }
      ]
    }
  ) @idempotent(key: "sandbox-1") {
    replayed
    movement { id time lines { item { name } delta quantityAfter } }
    userErrors { code field message shortage { requested available } }
  }
}

# What happened to the shirt, newest first.
query History {
  inventoryItem(id: "d4d1a85e-32e6-55e6-8f64-05e56e0dc487") {
    name
    history(first: 10) {
      nodes { time operation reason actor delta quantityAfter }
      pageInfo { hasNextPage endCursor }
    }
  }
}

# From now on, 10 units or fewer of an item are few.
mutation LowAtTen {
  settingsUpdate(input: { lowStockThreshold: 10 }) {
    settings { revision lowStockThreshold }
    userErrors { code field message }
  }
}

# What must be ordered again, the scarcest first. Finds something after LowAtTen.
query LowStock {
  inventoryItems(filter: { lowStock: true }, sort: { field: AVAILABLE }) {
    nodes { id name sku available effectiveLowStockThreshold }
  }
}

# Every movement as it happens. Leave it running, and run Adjust with another key.
subscription LiveUpdates {
  inventoryChanged {
    cursor
    movement { time operation reason }
    changes { delta quantityAfter item { name sku available } }
  }
}
`;
