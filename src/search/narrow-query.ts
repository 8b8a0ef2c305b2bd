import type { FieldName, Query, QueryNode } from "./query.ts";

/** The same search, where each of these must be so too. */
export function narrowQuery({ node, sort }: Query, more: QueryNode[]): Query {
  const parts = [...partsOf(node), ...more.flatMap(partsOf)];
  return { node: parts.length > 1 ? { kind: "all", parts } : (parts[0] ?? null), sort };
}

/** `field:value` as a part of a search. */
export function fieldNode(field: FieldName, text: string): QueryNode {
  return { kind: "field", field, terms: [{ without: false, value: { how: "is", text }, at: 0 }], at: 0 };
}

function partsOf(node: QueryNode | null): QueryNode[] {
  if (node === null) return [];
  return node.kind === "all" ? node.parts : [node];
}
