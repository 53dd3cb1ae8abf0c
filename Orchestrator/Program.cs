Console.WriteLine("DataForge");
