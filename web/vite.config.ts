import "./scripts/map-group-by.mjs";
import { defineConfig, type Plugin } from "vite";
import { readFileSync } from "node:fs";

/** The page is the widget's file and nothing else, so that both are one download. */
function page(): Plugin {
  return {
    name: "voiceglm-page",
    generateBundle() {
      const html = readFileSync("index.html", "utf8").replace("/src/voice-glm.ts", "./voice-glm.js").replace("/src/page.css", "./page.css");
      this.emitFile({ type: "asset", fileName: "index.html", source: html });
      this.emitFile({ type: "asset", fileName: "page.css", source: readFileSync("src/page.css", "utf8") });
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [page()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    rollupOptions: {
      input: { "voice-glm": "src/voice-glm.ts" },
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js", assetFileNames: "[name]-[hash][extname]" },
    },
  },
  worker: { format: "es", rollupOptions: { output: { entryFileNames: "[name]-[hash].js" } } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
} as import("vite").UserConfig);
