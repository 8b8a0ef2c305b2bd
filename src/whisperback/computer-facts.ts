import { cleanLine } from "./clean-line.ts";
import type { TextOf } from "./facts.ts";
import type { Facts } from "./report.ts";

type ComputerFacts = Pick<
  Facts,
  "manufacturer" | "model" | "modelVersion" | "ramMb" | "cpu" | "virtualMachine"
>;

/** Maker, model, memory and processor. */
export function readComputer(textOf: TextOf): ComputerFacts {
  const manufacturer = readDmi(textOf("manufacturer"));
  const model = readDmi(textOf("model"));
  const lscpu = textOf("cpu");

  return {
    manufacturer,
    model,
    modelVersion: readDmi(textOf("model-version")),
    ramMb: readRam(textOf("memory")),
    cpu: readCpu(lscpu),
    virtualMachine: isVirtual(manufacturer, model, lscpu),
  };
}

function readDmi(text: string | null): string | null {
  const line = linesOf(text, 50).find((each) => each.trim() !== "" && !each.startsWith("#"));
  const value = cleanLine(line ?? "", 200);
  return value === "" || placeholder.test(value) ? null : value;
}

// What makers leave in the field when they do not fill it in.
const placeholder =
  /^(?:to be filled by o\.?e\.?m\.?|not (?:specified|applicable|available|found)|default string|system (?:manufacturer|product name|version)|system manufacturer name|oem|o\.e\.m\.?|unknown|undefined|none|null|n\/a|na|invalid|empty|type1productconfigid|x\.x|[.\-_0\s]{1,50})$/i;

// Units of 10^6 bytes. The label in front may be translated before Tails 6.9; the first row of numbers is memory.
function readRam(text: string | null): number | null {
  const row = linesOf(text, 20).find((line) => /^Mem:\s+[0-9]/.test(line) || memoryRow.test(line));
  const amount = Number(/\s([0-9]{1,9})(?:\s|$)/.exec(row ?? "")?.[1] ?? 0);
  return amount > 0 ? amount : null;
}

const memoryRow = /^\p{L}[^\s:：]{0,40} ?[:：]?\s+[0-9]{1,9}(?:\s+[0-9]{1,9}){2,}\s*$/u;

function readCpu(text: string | null): string | null {
  for (const line of linesOf(text, 200)) {
    const colon = line.search(/[:：]/);
    if (colon !== -1 && modelName.test(line.slice(0, colon).trim()))
      return cleanLine(line.slice(colon + 1), 200) || null;
  }
  return null;
}

// "Model name" in the languages lscpu is translated into.
const modelName =
  /^(?:Model name|Nom de modèle|Modellname|Nombre del modelo|Nome (?:do|de) modelo|Nome del modello|Имя модели|Назва моделі|Nazwa modelu|Modelnaam|Modelnavn|Modellnamn|Modellnavn|Název modelu|Mallin nimi|Modell neve|Naziv modela|Nom del model|Model adı|型号名称|型號名稱|モデル名|모델 이름)$/u;

// "QEMU" in the maker is the test of Tails itself; the other names are those of common virtual machines.
function isVirtual(manufacturer: string | null, model: string | null, lscpu: string | null): boolean | null {
  if (virtualMaker.test(manufacturer ?? "") || virtualModel.test(model ?? "")) return true;
  if (lscpu !== null && /^Hypervisor vendor:/m.test(lscpu.slice(0, 20_000))) return true;
  return manufacturer === null ? null : false;
}

const virtualMaker = /QEMU|VMware|innotek|Xen|Parallels|Bochs/i;
const virtualModel = /^(?:Virtual Machine|VirtualBox|KVM|VMware.*|Standard PC \(.*)$/;

function linesOf(text: string | null, most: number): string[] {
  return (text ?? "").slice(0, 100_000).split("\n", most);
}
