/** Ready operations for Apollo Sandbox. */
export const sandboxDocument = `# Inventory hub. Press the button beside an operation to run it.

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

query LowStock {
  inventoryItems(filter: { lowStock: true }, sort: { field: AVAILABLE }) {
    nodes { id name sku available lowStockThreshold }
  }
}

query Settings {
  settings { defaultLocationId unknownItems subscriptionItems revision }
}

subscription LiveUpdates {
  inventoryChanged {
    cursor
    movement { time operation reason }
    changes { delta quantityAfter item { name sku available } }
  }
}
`;
