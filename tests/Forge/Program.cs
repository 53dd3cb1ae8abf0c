using DataForge.Forge.Commands;

return await ServeCommand.InvokeAsync(args);
