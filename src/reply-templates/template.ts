/** One answer in all its languages, without its texts. */
export type Template = {
  id: string;
  slug: string;
  name: string;
  category: string;
  tags: string[];
  source_language: string;
  used_count: number;
  last_used_at: Date | null;
  created_at: Date;
  retired_at: Date | null;
  retired_by: string | null;
  retired_by_name: string | null;
};

/** The text that counts in one language. */
export type TemplateText = {
  id: string;
  template_id: string;
  number: number;
  language: string;
  body: string;
  fingerprint: string;
  /** Null: this is the source. */
  made_from: string | null;
  is_source: boolean;
  how: How;
  written_by: string | null;
  writer_name: string | null;
  created_at: Date;
  /** Since when the source says something else; null: it says the same. */
  out_of_date_since: Date | null;
};

export type How = "written" | "confirmed" | "restored" | "imported";

/** What the source's form changes besides the text. */
export type Details = { name: string; category: string; tags: string[] };
