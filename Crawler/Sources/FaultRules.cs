// The rules by which a content is not stored, under the name that the sources use.
global using FaultRules = DataForge.Corpus.RuleNames;
